# Cached roots (emulated machine)
# Makes ablation-roots.svg and ablation-roots.png: run it in this folder.
set encoding utf8
do for [kind in "svg png"] {
reset
set datafile separator "\t"
set datafile columnheaders
set datafile missing "-"
if (kind eq "svg") {
  set terminal svg size 680,388 dynamic enhanced font "DejaVu Sans,14" background "#ffffff"
} else {
  set terminal pngcairo size 1360,776 enhanced font "DejaVu Sans,14" fontscale 1.5 linewidth 2 pointscale 2 background "#ffffff"
}
set output "ablation-roots.".kind
set border 3 lc rgb "#808080"
set tics nomirror out scale 0.5 tc rgb "#000000"
set grid back lc rgb "#d8d8d8" lw 1 dt 1
set style fill border -1
set label "{/:Bold Cached roots}" at screen 0.012, screen 0.9536 left
set label "{/*0.86 emulated machine}" at screen 0.012, screen 0.8969 left
set label "spt.roots=256" at screen 0.024, screen 0.8402 left noenhanced font ",12" point pt 6 ps 1 lw 1.6 lc rgb "#505050" offset 0.9,-0.25
set label "spt.roots=1" at screen 0.214, screen 0.8402 left noenhanced font ",12" point pt 7 ps 1 lw 1.6 lc rgb "#505050" offset 0.9,-0.25
set label "spt.roots=3" at screen 0.382, screen 0.8402 left noenhanced font ",12" point pt 9 ps 1 lw 1.6 lc rgb "#505050" offset 0.9,-0.25
set label "spt.roots=16" at screen 0.550, screen 0.8402 left noenhanced font ",12" point pt 13 ps 1 lw 1.6 lc rgb "#505050" offset 0.9,-0.25
set multiplot
set yrange [-5.60:0]
set lmargin at screen 0.370
set tmargin at screen 0.6804
set bmargin at screen 0.1907
set border 1
unset key
set grid noytics xtics
unset ytics
set ytics scale 0 noenhanced tc rgb "#000000" ("switch" -1.90, "kpti: first-calls" -2.90, "kpti: call" -3.90, "fork: child-write" -4.90)
set label "{/:Bold Shadow paging}" at screen 0.012, first -0.90 left front
set rmargin at screen 0.545
set logscale x 10
set xrange [70:2.5e+05]
set xtics ("100" 100, "10k" 10000) font ",11"
set label "instructions\nper operation" at screen 0.370, graph 1 offset 0,1.4 left font ",12"
plot "ablation-roots.tsv" using (column("cost low")):(column("y")):(column("cost span")):(0) with vectors nohead lw 1.5 lc rgb "#b0b0b0" notitle, \
  "ablation-roots.tsv" using (column("cost spt spt.roots=16")):(column("y")+-0.27) with points pt 13 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle, \
  "ablation-roots.tsv" using (column("cost spt spt.roots=3")):(column("y")+-0.09) with points pt 9 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle, \
  "ablation-roots.tsv" using (column("cost spt spt.roots=1")):(column("y")+0.09) with points pt 7 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle, \
  "ablation-roots.tsv" using (column("cost spt spt.roots=256")):(column("y")+0.27) with points pt 6 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle
unset label
set yrange [-5.60:0]
set lmargin at screen 0.575
set tmargin at screen 0.6804
set bmargin at screen 0.1907
set border 1
unset key
set grid noytics xtics
unset ytics
set ytics scale 0 noenhanced tc rgb "#000000" ("switch" -1.90, "kpti: first-calls" -2.90, "kpti: call" -3.90, "fork: child-write" -4.90)
unset ytics
set rmargin at screen 0.750
unset logscale x
set xrange [-0.805:16.1]
set xtics 0,5 font ",11"
set label "exits\nper operation" at screen 0.575, graph 1 offset 0,1.4 left font ",12"
plot "ablation-roots.tsv" using (column("exits low")):(column("y")):(column("exits span")):(0) with vectors nohead lw 1.5 lc rgb "#b0b0b0" notitle, \
  "ablation-roots.tsv" using (column("exits spt spt.roots=16")):(column("y")+-0.27) with points pt 13 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle, \
  "ablation-roots.tsv" using (column("exits spt spt.roots=3")):(column("y")+-0.09) with points pt 9 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle, \
  "ablation-roots.tsv" using (column("exits spt spt.roots=1")):(column("y")+0.09) with points pt 7 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle, \
  "ablation-roots.tsv" using (column("exits spt spt.roots=256")):(column("y")+0.27) with points pt 6 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle
unset label
set yrange [-5.60:0]
set lmargin at screen 0.780
set tmargin at screen 0.6804
set bmargin at screen 0.1907
set border 1
unset key
set grid noytics xtics
unset ytics
set ytics scale 0 noenhanced tc rgb "#000000" ("switch" -1.90, "kpti: first-calls" -2.90, "kpti: call" -3.90, "fork: child-write" -4.90)
unset ytics
set rmargin at screen 0.955
unset logscale x
set xrange [-0.2012:4.025]
set xtics 0,2 font ",11"
set label "flushes\nper operation" at screen 0.780, graph 1 offset 0,1.4 left font ",12"
plot "ablation-roots.tsv" using (column("executed low")):(column("y")):(column("executed span")):(0) with vectors nohead lw 1.5 lc rgb "#b0b0b0" notitle, \
  "ablation-roots.tsv" using (column("executed spt spt.roots=16")):(column("y")+-0.27) with points pt 13 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle, \
  "ablation-roots.tsv" using (column("executed spt spt.roots=3")):(column("y")+-0.09) with points pt 9 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle, \
  "ablation-roots.tsv" using (column("executed spt spt.roots=1")):(column("y")+0.09) with points pt 7 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle, \
  "ablation-roots.tsv" using (column("executed spt spt.roots=256")):(column("y")+0.27) with points pt 6 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle
unset multiplot
unset output
}
